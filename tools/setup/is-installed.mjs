import { readFileSync } from 'node:fs';

/**
 * Exits with 0 when node_modules holds what package-lock.json asks for, else with 1.
 *
 * Compares npm's own record of what it installed with the lock, package by package, since dates and
 * sums of the lock say nothing about who installed what. Plain JavaScript: it runs before anything
 * is installed.
 */
try {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  const isThere = ([path, { version, optional, peer }]) =>
    installed[path]?.version === version || (!(path in installed) && (optional || peer));
  process.exitCode = Object.entries(wanted).every(isThere) ? 0 : 1;
} catch {
  // Either file is not there or is no JSON: then npm has to look.
  process.exitCode = 1;
}

function packagesOf(file) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.fromEntries(Object.entries(packages).filter(([path]) => path !== ''));
}
