import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { LAYERS, PACKAGE_HOMES, isImportAllowed, layerOf } from './import-table.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** ESLint rule: imports follow the table in import-table.mjs, and packages stay in their layer. */
export const importRule = {
  meta: {
    type: 'problem',
    docs: { description: 'Keeps dependencies pointing inwards.' },
    schema: [],
    messages: {
      unknown: '`{{layer}}` is no known layer. Give it a line in tools/lint/import-table.mjs.',
      layer: '`{{layer}}` may not import `{{target}}`. {{instead}}',
      package: '`{{name}}` belongs to {{homes}}. {{instead}}',
      dev: '`{{name}}` is a development package and absent from a production install.',
    },
  },
  create(context) {
    const file = fromRoot(context.filename);
    const layer = layerOf(file);
    if (layer === null) return {};

    const check = (node) => {
      if (node?.type !== 'Literal' || typeof node.value !== 'string') return;
      const problem = node.value.startsWith('.')
        ? checkFile(layer, fromRoot(join(dirname(context.filename), node.value)))
        : checkPackage(layer, node.value);
      if (problem !== null) context.report({ node, ...problem });
    };
    return {
      Program(node) {
        if (!(layer in LAYERS)) context.report({ node, messageId: 'unknown', data: { layer } });
      },
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
    };
  },
};

function checkFile(layer, importedPath) {
  const target = importedPath.replace(/\.js$/, '.ts');
  if (isImportAllowed(layer, target)) return null;
  return { messageId: 'layer', data: { layer, target, instead: insteadFor(layer) } };
}

function checkPackage(layer, specifier) {
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
  if (layer === 'tools') return null;
  if (name in (MANIFEST.devDependencies ?? {})) return { messageId: 'dev', data: { name } };
  const homes = PACKAGE_HOMES[name];
  if (homes === undefined || homes.includes(layer)) return null;
  const listed = homes.map((home) => `src/${home}`).join(' and ');
  return { messageId: 'package', data: { name, homes: listed, instead: insteadFor(layer) } };
}

function insteadFor(layer) {
  return LAYERS[layer]?.instead ?? '';
}

function fromRoot(path) {
  return relative(ROOT, path).split(sep).join('/');
}
