import pg from 'pg';

/**
 * A pool whose connections may end at any moment without ending the process.
 *
 * A server that fails over says goodbye and then resets the connection: two errors. TypeORM listens
 * to the first and lets go of the connection, so the second one would reach nobody, which Node takes
 * for a reason to exit. Whoever uses the connection learns of its end by the failed query.
 */
class SteadyPool extends pg.Pool {
  constructor(options: pg.PoolConfig) {
    super(options);
    this.on('connect', (client) => {
      client.on('error', () => undefined);
    });
    this.on('error', () => undefined);
  }
}

/** The driver as TypeORM loads it, with that pool. */
export const steadyDriver = { ...pg, Pool: SteadyPool };
