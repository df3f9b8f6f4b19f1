import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { StackContext } from './context.js';
import { readText, writeAtomically } from './files.js';
import { textField } from './json.js';

const run = promisify(execFile);

/** The programs that an agent in a gateway may call; everything else of this machine is absent. */
const PROGRAMS = [
  ...['sh', 'bash', 'env', 'ls', 'cat', 'cp', 'mv', 'rm', 'mkdir', 'rmdir', 'ln', 'chmod', 'touch'],
  ...['echo', 'printf', 'pwd', 'date', 'sleep', 'uname', 'id', 'true', 'false', 'test', 'expr'],
  ...['head', 'tail', 'cut', 'sort', 'uniq', 'wc', 'tr', 'tee', 'grep', 'sed', 'xargs', 'find'],
  ...['basename', 'dirname', 'readlink', 'realpath', 'mktemp', 'stat', 'du', 'df', 'ps', 'kill'],
  ...['tar', 'gzip', 'sha256sum', 'base64', 'which', 'nproc', 'seq', 'diff'],
] as const;

/** Names, certificates and time zone, without which programs misbehave in odd ways. */
const FILES = [
  '/etc/passwd',
  '/etc/group',
  '/etc/hosts',
  '/etc/resolv.conf',
  '/etc/nsswitch.conf',
  '/etc/localtime',
  '/etc/ssl/certs/ca-certificates.crt',
] as const;

/** Loaded by name at run time, so that no program's list of libraries mentions them. */
const LATE_LIBRARIES = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2', 'libatomic.so.1'];

const FOLDERS = ['bin', 'etc', 'lib', 'lib64', 'usr/bin'] as const;

/**
 * Builds the folder that Nomad links into each task's root under the exec driver: a shell, the
 * usual small programs, the C library, and what the gateway's Node needs. About 25 MB.
 *
 * Copies, not links to this machine's own files: Nomad hard-links them into each task, and a task
 * that breaks out of its user must not thereby hold the machine's /bin/sh. Built once per Node
 * binary.
 */
export async function buildChroot({ layout, toolchain, driver }: StackContext): Promise<void> {
  const stamp = join(layout.data, 'chroot.json');
  const wanted = JSON.stringify({ driver, node: toolchain.node.path, programs: PROGRAMS.length });
  if (existsSync(layout.chroot) && readText(stamp) === wanted) return;
  const draft = `${layout.chroot}.new`;
  rmSync(draft, { recursive: true, force: true });
  for (const folder of FOLDERS) mkdirSync(join(draft, folder), { recursive: true, mode: 0o755 });
  if (driver === 'exec') await fill(draft, toolchain.node.path);
  rmSync(layout.chroot, { recursive: true, force: true });
  renameSync(draft, layout.chroot);
  writeAtomically(stamp, wanted);
}

async function fill(draft: string, node: string): Promise<void> {
  const programs = PROGRAMS.flatMap((name) => findProgram(name) ?? []);
  for (const program of programs)
    copyInto(draft, program, join('bin', program.split('/').pop() ?? ''));
  for (const file of FILES) copyInto(draft, file, file);
  const envPath = findProgram('env');
  if (envPath !== null) copyInto(draft, envPath, 'usr/bin/env');
  const libraries = await librariesOf([node, ...programs]);
  const folders = new Set(libraries.map((library) => dirname(library)));
  const late = [...folders].flatMap((folder) => LATE_LIBRARIES.map((name) => join(folder, name)));
  for (const library of new Set([...libraries, ...late])) copyInto(draft, library, library);
}

function findProgram(name: string): string | null {
  return ['/bin', '/usr/bin'].map((folder) => join(folder, name)).find(existsSync) ?? null;
}

/** What the dynamic linker would load for `programs`, at the paths where it looks. */
async function librariesOf(programs: readonly string[]): Promise<string[]> {
  const stdout = await run('ldd', [...programs], { timeout: 20_000 }).then(
    (said) => said.stdout,
    // ldd exits with 1 when one of the files is a script; what it printed still stands.
    (failure: unknown) => textField(failure, 'stdout'),
  );
  const paths = stdout.matchAll(/(\/[^\s:]+\.so[^\s:]*) \(0x/g);
  return [...new Set([...paths].flatMap((match) => match[1] ?? []))];
}

function copyInto(draft: string, source: string, destination: string): void {
  if (!existsSync(source)) return;
  const target = join(draft, destination);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  copyFileSync(realpathSync(source), target);
}
