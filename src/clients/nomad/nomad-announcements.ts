import { z } from 'zod';
import type { InstanceId } from '../../domain/ids.js';
import { isInstanceId } from '../../domain/ids.js';
import { Fault } from '../../errors/index.js';
import type { Announcement, Announcements } from '../../ports/index.js';
import type { HttpRequest } from '../http/http-transport.js';
import type { JsonClient } from '../http/json-client.js';
import { parseReply } from '../http/json-client.js';
import { listAll } from './list-all.js';
import { Anything, Variable, VariableList } from './wire.js';

/** Nomad's limit on a variable: names and values of its items together, in bytes. */
const BYTES_MAX = 64 * 1024;
const FOLDER = 'nomad/jobs/';

/** The items of the variable, which templates of the jobspec read by these names. */
const Items = z.object({
  revision: z.coerce.number().int(),
  gateway_version: z.coerce.number().int(),
  key_version: z.coerce.number().int(),
  config: z.string(),
});

interface Published {
  readonly announcement: Announcement;
  /** Nomad's index of this state of the variable; a write may insist on it. */
  readonly index: number;
}

/** Announcements as Nomad Variables, at the path that a task's own identity may read. */
export class NomadAnnouncements implements Announcements {
  /** @param http speaks to `<address>/v1` with a token of nomad/acl/clawdeploy-controller. */
  constructor(private readonly http: JsonClient) {}

  async announce(
    instanceId: InstanceId,
    announcement: Announcement,
    signal: AbortSignal,
  ): Promise<'announced' | 'already_newer'> {
    const items = itemsOf(announcement);
    assertFits(instanceId, items);
    const published = await this.#find(instanceId, signal);
    if (published !== null && published.announcement.revision >= announcement.revision) {
      return 'already_newer';
    }

    const request: HttpRequest = {
      method: 'PUT',
      path: pathOf(instanceId),
      query: { cas: published?.index ?? 0 },
      body: { Path: variableOf(instanceId), Items: items },
      signal,
    };
    const reply = await this.http.exchange(request);
    if (reply.status === 409) {
      throw new Fault('write_superseded', 'Somebody else announced a change meanwhile.', {
        details: { instanceId, revision: announcement.revision },
      });
    }
    this.http.read(request, reply, Anything);
    return 'announced';
  }

  async read(instanceId: InstanceId, signal: AbortSignal): Promise<Announcement | null> {
    return (await this.#find(instanceId, signal))?.announcement ?? null;
  }

  async withdraw(instanceId: InstanceId, signal: AbortSignal): Promise<void> {
    await this.http.find({ method: 'DELETE', path: pathOf(instanceId), signal }, Anything);
  }

  async listInstanceIds(signal: AbortSignal): Promise<readonly InstanceId[]> {
    const query = { prefix: `${FOLDER}oc-` };
    const variables = await listAll(this.http, { path: '/vars', query, signal }, VariableList);
    return variables.map(({ Path }) => Path.slice(FOLDER.length)).filter(isInstanceId);
  }

  async #find(instanceId: InstanceId, signal: AbortSignal): Promise<Published | null> {
    const request = { method: 'GET', path: pathOf(instanceId), signal } as const;
    const variable = await this.http.find(request, Variable);
    if (variable === null) return null;
    const items = parseReply('nomad', Items, variable.Items);
    return {
      announcement: {
        revision: items.revision,
        gatewayVersion: items.gateway_version,
        keyVersion: items.key_version,
        config: items.config,
      },
      index: variable.ModifyIndex,
    };
  }
}

function itemsOf(
  announcement: Announcement,
): Readonly<Record<keyof z.infer<typeof Items>, string>> {
  return {
    revision: String(announcement.revision),
    gateway_version: String(announcement.gatewayVersion),
    key_version: String(announcement.keyVersion),
    config: announcement.config,
  };
}

function assertFits(instanceId: InstanceId, items: Readonly<Record<string, string>>): void {
  const bytes = Object.entries(items).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes <= BYTES_MAX) return;
  throw new Fault(
    'request_too_large',
    `An instance's configuration may have ${String(BYTES_MAX / 1024)} KiB at most; shorten it.`,
    { details: { instanceId, bytes } },
  );
}

function variableOf(instanceId: InstanceId): string {
  return `${FOLDER}${instanceId}`;
}

function pathOf(instanceId: InstanceId): string {
  return `/var/${variableOf(instanceId)}`;
}
