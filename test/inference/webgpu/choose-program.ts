// Not a test: a process that chooses the provider as its arguments say, where a GPU may be, and prints the choice.
import { chooseProvider, type Fallback, type ProviderWish } from '../../../src/inference/provider.js';

const [wish, fallback] = process.argv.slice(2) as [ProviderWish, Fallback];
console.log(
  JSON.stringify(await chooseProvider(wish, fallback, () => true).catch(({ name, message }: Error) => ({ name, message }))),
);
