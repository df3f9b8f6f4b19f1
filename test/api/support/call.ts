import type { AxiosResponse } from 'axios';
import axios from 'axios';
import { expect } from 'chai';
import type { MemoryApi, TestClaims } from './memory-api.js';

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Who calls; a product unless told otherwise, nobody for null. */
  readonly as?: TestClaims | null;
}

/** Calls the API and returns whatever it answers. */
export async function call(api: MemoryApi, request: Call): Promise<AxiosResponse> {
  const { method = 'GET', path, body, headers = {}, as = {} } = request;
  const token = as === null ? null : await api.token(as);
  return axios.request({
    method,
    url: `${api.url}${path}`,
    data: body,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    validateStatus: () => true,
    maxRedirects: 0,
    proxy: false,
    timeout: 5_000,
  });
}

/** Fails unless the answer is the problem of this code. */
export function expectProblem(answer: AxiosResponse, status: number, code: string): void {
  expect(answer.status, JSON.stringify(answer.data)).to.equal(status);
  expect(answer.headers['content-type']).to.include('application/problem+json');
  expect(answer.data).to.include({ code, status, type: `urn:clawdeploy:fault:${code}` });
  expect(answer.data.requestId).to.equal(answer.headers['x-request-id']);
}
