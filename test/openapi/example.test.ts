import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';

const ROOT = join(import.meta.dirname, '..', '..');
/** Inside the repository, so that the package is found by its own name. */
const FOLDER = join(ROOT, 'build', 'example');

describe('the example of the TypeScript client in docs/api.md', function () {
  this.timeout(120_000);

  let api: MemoryApi;
  let file: string;

  before(async () => {
    api = await startMemoryApi();
    const [, code = ''] =
      /```ts\n(.*?)```/s.exec(await readFile(join(ROOT, 'docs/api.md'), 'utf8')) ?? [];
    expect(code).to.include("from 'clawdeploy/client'");
    await mkdir(FOLDER, { recursive: true });
    file = join(FOLDER, 'example.mts');
    await writeFile(file, code);
  });

  after(async () => {
    await api?.stop();
    await rm(FOLDER, { recursive: true, force: true });
  });

  it('runs as it stands, on what the package exports', async () => {
    api.fleet.addIdle();
    const env = { ...process.env, API_URL: api.url, API_TOKEN: await api.token() };
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', file], { cwd: ROOT, env });
    expect(stdout).to.match(/^http:\/\/oc-[a-z0-9]+\.claws\.localhost:8088\/\n$/);
  });

  it('has the types that the package exports', async () => {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true },
      ...{ module: 'nodenext', target: 'es2023', types: ['node'] },
    };
    const project = join(FOLDER, 'tsconfig.json');
    await writeFile(project, JSON.stringify({ compilerOptions, files: ['example.mts'] }));
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const checked = await promisify(execFile)(process.execPath, [tsc, '-p', project]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(checked.stdout).to.equal('');
  });
});
