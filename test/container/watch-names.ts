// Run in the container's network namespace by names.test.ts: answers every look-up of a name, prints "listening", and when its input
// ends the names as a JSON array.
import { once } from 'node:events';
import { startResolver } from '../app/watched-network.js';

const { names } = await startResolver();
console.log('listening');
process.stdin.resume();
await once(process.stdin, 'end');
console.log(JSON.stringify(names));
process.exit(0);
