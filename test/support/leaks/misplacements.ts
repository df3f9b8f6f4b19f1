import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import type { Product } from '../product.js';

const AS_JSON = { headers: { 'content-type': 'application/json' } };

/** Sends a key to the API wherever a bad request can put one. */
export async function misplaceAtApi(
  { api }: Product,
  instanceId: string,
  secret: string,
): Promise<readonly AxiosResponse[]> {
  const instance = `/v1/instances/${instanceId}`;
  const inPath = encodeURIComponent(secret);
  const rest = { value: 'x'.repeat(20) };
  const inHeader = (name: string): AxiosRequestConfig => ({ headers: { [name]: secret } });
  const send = (method: string, url: string, data?: unknown, more: AxiosRequestConfig = {}) =>
    api.request({ method, url, data, ...more });
  const requests: readonly Parameters<typeof send>[] = [
    // Bodies: values, names, and what is no JSON at all.
    ['PUT', `${instance}/keys/stub`, { wrong: secret }],
    ['PUT', `${instance}/keys/stub`, { value: `${secret} and more` }],
    ['PATCH', `${instance}/keys`, { set: [{ name: 'a', [secret]: 1 }] }],
    ['PATCH', `${instance}/keys`, { set: [{ name: secret, ...rest }] }],
    ['PATCH', `${instance}/keys`, { remove: [secret] }],
    ['POST', `${instance}/rotations`, { keys: [{ name: secret, ...rest }] }],
    ['POST', `${instance}/rotations`, { keys: { [secret]: secret } }],
    ['POST', '/v1/instances', { tenant: 'a', name: 'b', sizeClass: secret }],
    ['POST', '/v1/instances', { tenant: 'a', name: 'b', region: secret }],
    ['POST', '/v1/key-campaigns', { kind: 'replace', keyName: secret, ...rest }],
    ['POST', '/v1/key-campaigns', { kind: secret, keyName: 'stub', ...rest }],
    ['POST', '/v1/instances', `{"name": "${secret}`, AS_JSON],
    // Paths.
    ['PUT', `${instance}/keys/${inPath}`, rest],
    ['DELETE', `${instance}/keys/${inPath}`],
    ['GET', `/v1/instances/${inPath}`],
    ['GET', `${instance}/rotations/${inPath}`],
    ['GET', `/v1/key-campaigns/${inPath}`],
    ['GET', `/v1/${inPath}`],
    ['PUT', `/v1/tenants/${inPath}/suspension-of-it`],
    // Queries.
    ['GET', `/v1/instances?state=${inPath}`],
    ['GET', `/v1/instances?cursor=${inPath}`],
    ['GET', `/v1/instances?tenant=${inPath}`],
    ['GET', `/v1/instances?${inPath}=1`],
    ['PUT', `${instance}/keys/stub?verify=${inPath}`, rest],
    ['GET', `/healthz?key=${inPath}`],
    // Headers.
    ...['x-request-id', 'prefer', 'user-agent', 'accept', 'cookie', 'x-api-key', 'referer'].map(
      (name): Parameters<typeof send> => ['GET', instance, undefined, inHeader(name)],
    ),
    ['GET', `${instance}/events`, undefined, { ...inHeader('last-event-id'), timeout: 5_000 }],
    ...[secret, `Bearer ${secret}`, `Basic ${Buffer.from(secret).toString('base64')}`].map(
      (authorization): Parameters<typeof send> => [
        'GET',
        instance,
        undefined,
        { headers: { authorization } },
      ],
    ),
  ];
  const said: AxiosResponse[] = [];
  for (const request of requests) said.push(await send(...request));
  return said;
}

/** Sends a key to a gateway through the edge wherever a request to the outside can put one. */
export async function misplaceAtEdge(
  product: Product,
  instanceId: string,
  secret: string,
): Promise<readonly AxiosResponse[]> {
  const inPath = encodeURIComponent(secret);
  const nobodys = 'oc-zzzzzzzzzzz7';
  const said: AxiosResponse[] = [];
  for (const id of [instanceId, nobodys]) {
    said.push(
      await product.viaEdge(id, `/${inPath}`),
      await product.viaEdge(id, `/?key=${inPath}`),
      await product.viaEdge(id, '/v1/models', { headers: { 'x-api-key': secret } }),
      await product.viaEdge(id, '/v1/models', { headers: { cookie: `key=${inPath}` } }),
      await product.viaEdge(id, '/v1/models', { token: secret }),
    );
  }
  return said;
}
