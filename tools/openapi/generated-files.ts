import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPI3 } from 'openapi-typescript';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { describeApi } from '../../src/api/describe-api.js';

/** Where the document of this version lies. */
export const DOCUMENT = 'docs/openapi.json';
/** Where the document of the last release lies, which later ones must not break. */
export const RELEASED_DOCUMENT = 'docs/openapi-released.json';
/** What of the client is generated. */
export const CLIENT_TYPES = 'src/client/generated/api-types.ts';
export const CLIENT_OPERATIONS = 'src/client/generated/operations.ts';

const NOTICE =
  '// Generated from docs/openapi.json by `make openapi`; what is written here by hand is lost.';

type Methods = Readonly<Record<string, Operation>>;

/** A document as far as it is looked at here. */
interface Document {
  readonly paths: Readonly<Record<string, Methods>>;
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  /** Empty for what anybody may read: probes, metrics and the document itself. */
  readonly security?: readonly unknown[];
}

/** Every file that follows from the endpoints, by its path from the root, as it is to be. */
export async function generatedFiles(root: string): Promise<ReadonlyMap<string, string>> {
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const document = describeApi(version) as Document;
  const texts = [
    [DOCUMENT, JSON.stringify(document)],
    [CLIENT_TYPES, `${NOTICE}\n\n${await typesOf(document)}`],
    [CLIENT_OPERATIONS, `${NOTICE}\n\n${operationsOf(document)}`],
  ] as const;
  const formatted = texts.map(async ([path, text]) => {
    const config = await resolveConfig(join(root, path));
    return [path, await format(text, { ...config, filepath: path })] as const;
  });
  return new Map(await Promise.all(formatted));
}

/** What a client calls, which leaves out what needs no token. */
function calledIn({ paths }: Document): [string, [string, Operation][]][] {
  return Object.entries(paths).map(([path, methods]) => [
    path,
    Object.entries(methods).filter(([, { security }]) => security?.length !== 0),
  ]);
}

/** Types of all that is sent and answered. All failures look alike, so only successes are listed. */
async function typesOf(document: Document): Promise<string> {
  const paths = calledIn(document).map(([path, methods]) => [path, succeeding(methods)]);
  const source: Document = {
    ...document,
    paths: Object.fromEntries(paths) as Document['paths'],
  };
  const ast = await openapiTS(source as unknown as OpenAPI3, {
    immutable: true,
    defaultNonNullable: false,
  });
  return astToString(ast);
}

function succeeding(methods: readonly [string, Operation][]): Methods {
  const changed = methods.map(([method, operation]): [string, Operation] => {
    const responses = Object.entries(operation.responses).filter(([status]) => status < '300');
    return [method, { ...operation, responses: Object.fromEntries(responses) }];
  });
  return Object.fromEntries(changed);
}

/** What is sent, where it is not plain JSON. */
function typeIn({ requestBody }: Operation): string {
  const [type = 'application/json'] = Object.keys(requestBody?.content ?? {});
  return type === 'application/json' ? '' : `, type: '${type}'`;
}

/** Method and path of each operation by its id, for the client to call it by. */
function operationsOf(document: Document): string {
  const lines = calledIn(document).flatMap(([path, methods]) =>
    methods.map(
      ([method, operation]) =>
        `${operation.operationId}: { method: '${method.toUpperCase()}', path: '${path}'${typeIn(operation)} },`,
    ),
  );
  return `/** How each operation is called. */\nexport const OPERATIONS = {${lines.join('\n')}} as const;`;
}
