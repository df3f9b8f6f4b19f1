import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { showPage } from '../../src/cli/show-page.js';
import { withTempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const ROOT = join(import.meta.dirname, '..', '..');

describe('the command’s entry', () => {
  it('says in one sentence that it is not built yet', async () => {
    await withTempDir(async (dir) => {
      await mkdir(join(dir, 'bin'));
      const entry = join(dir, 'bin', 'clawdeploy.mjs');
      await copyFile(join(ROOT, 'bin', 'clawdeploy.mjs'), entry);
      const child = spawn(process.execPath, [entry, 'list'], { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const [code] = (await once(child, 'close')) as [number | null];
      expect(code).to.equal(1);
      expect(said).to.equal(
        'ClawDeploy is not built yet: run `make setup` in its repository first.\n',
      );
    });
  });
});

describe('opening a page', () => {
  it('hands the link over in a private file that is gone afterwards, never in arguments', async () => {
    await withTempDir(async (dir) => {
      const link = 'http://oc-test.claws.localhost:8088/#token=secret-of-the-gateway';
      const opener = join(dir, 'browser');
      const record = join(dir, 'record');
      // Stands in for xdg-open: notes its arguments, the file's mode and what the file says.
      const script = `#!/bin/sh\necho "$@" > '${record}.part'\nstat -c %a "$1" >> '${record}.part'\ncat "$1" >> '${record}.part'\nmv '${record}.part' '${record}'\n`;
      await writeFile(opener, script);
      await chmod(opener, 0o755);
      const closing = new AbortController();
      const shown = showPage(opener, link, closing.signal);
      const seen = await waitFor(() => readFile(record, 'utf8'), {
        withinMs: 5_000,
        describe: 'the browser to be called',
      });
      closing.abort();
      await shown;

      const [argument = '', mode, page] = seen.split('\n');
      expect(argument).to.not.include('secret');
      expect(mode).to.equal('600');
      expect(page).to.include(link);
      const left = await readFile(argument).catch((error: unknown) => error);
      expect(left).to.include({ code: 'ENOENT' });
    });
  });

  it('says how to get the link when no page can be opened', async () => {
    await withTempDir(async (dir) => {
      const { signal } = new AbortController();
      const refused = await showPage(join(dir, 'none'), 'http://x/', signal).catch(
        (error: unknown) => error,
      );
      expect(String(refused)).to.include('--print');
    });
  });
});
