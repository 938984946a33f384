import { createServer, type Socket } from 'node:net';
import { makeTemplate } from './make-template.js';
import { findServerPrograms, makeCluster } from './postgres-cluster.js';

// Program that owns the PostgreSQL server of one test run: `node cluster-process.js <name> <process id of the runner>`. It
// answers each connection with the server's URL and the name of a migrated database to clone, and ends once the runner has ended and no
// test file is connected. The system frees the socket and ends the server with this process, so that a crash leaves nothing running.

/** Database with the tables of this release and no rows. */
const template = 'triface_template';

// The name is that of an abstract socket, which leaves no file behind.
const [name, runner] = process.argv.slice(2);
const clients = new Set<Socket>();
let answer: string | undefined;

const listener = createServer((socket) => {
  clients.add(socket);
  // A test file that ends may reset its connection.
  socket.on('error', () => {}).on('close', () => clients.delete(socket));
  socket.resume();
  if (answer) socket.write(answer);
});
// Another test file was faster: its process serves all files.
listener.on('error', () => process.exit());
await new Promise<void>((resolve) => listener.listen(`\0${name}`, resolve));

const cluster = await makeCluster(findServerPrograms()!);
await makeTemplate(cluster.url, template);
answer = `${JSON.stringify({ url: cluster.url('postgres'), template })}\n`;
for (const client of clients) client.write(answer);

const watch = setInterval(() => {
  if (clients.size > 0 || isRunning()) return;
  clearInterval(watch);
  listener.close();
  void cluster.remove().finally(() => process.exit());
}, 500);

/** Whether the test run is still going on. */
function isRunning(): boolean {
  try {
    return process.kill(Number(runner), 0);
  } catch {
    return false;
  }
}
