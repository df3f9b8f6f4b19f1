import { InvalidArgumentError } from 'commander';

/** The value of an argument that takes a number of 0 or more. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a number of 0 or more.');
}
