import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { Shared } from '../../support/shared.js';
import { purgePrivate, shortStateDir, upPrivate } from './private-stack.js';

/** Servers without a control plane, for suites that only ask who may do what; each has jobs of its own. */
export const oneStack = new Shared<StackInfo>(
  async () => {
    const stateDir = shortStateDir();
    try {
      return await upPrivate(stateDir);
    } catch (error) {
      await purgePrivate(stateDir);
      throw error;
    }
  },
  (stack) => purgePrivate(stack.layout.stateDir),
);
