import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

// Loaded into a server by NODE_OPTIONS: on SIGUSR2 it writes the memory of its main thread to BENCH_MEMORY_FILE. It collects no
// garbage, which would change what is measured.
const file = process.env.BENCH_MEMORY_FILE;
if (isMainThread && file) process.on('SIGUSR2', () => writeFileSync(file, JSON.stringify(process.memoryUsage())));
