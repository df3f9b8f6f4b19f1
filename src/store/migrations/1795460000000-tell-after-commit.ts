import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Only what closes a route, or leads it elsewhere, is told inside the transaction: a notification
 * there makes commits go one after the other, and claims are not worth that. Everything else is told
 * by the store after it.
 */
export class TellAfterCommit1795460000000 implements MigrationInterface {
  readonly name = 'TellAfterCommit1795460000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER instances_tell_changed ON instances`);
    await runner.query(
      `CREATE TRIGGER instances_tell_closed AFTER UPDATE ON instances
        FOR EACH ROW WHEN (
          (NEW.state IN ('stopped', 'failed', 'deleting') AND NEW.state <> OLD.state)
          OR (OLD.address IS NOT NULL AND NEW.address IS DISTINCT FROM OLD.address))
        EXECUTE FUNCTION tell_instance_changed()`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER instances_tell_closed ON instances`);
    await runner.query(
      `CREATE TRIGGER instances_tell_changed AFTER INSERT OR UPDATE ON instances
        FOR EACH ROW EXECUTE FUNCTION tell_instance_changed()`,
    );
  }
}
