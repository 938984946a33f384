import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { isIdle } from './early-answers.js';

/**
 * Limits the open connections. Each costs memory and a file descriptor, of which the database needs some as well, and anybody can
 * open one. Above the limit the connection closes that has been without a request for longest: a silent one, or one that a client
 * only keeps for later. If every connection has a request in progress, the new one is closed.
 * @param limit for all addresses of the server together
 */
export function addConnectionLimit(limit: number): (server: Server) => void {
  /** oldest first; a connection moves to the end when its request has been answered */
  const connections = new Set<Socket>();
  return (server) => {
    server.on('connection', (socket: Socket) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
      if (connections.size > limit) findIdle(connections, socket).destroy();
    });
    server.on('request', ({ socket }, response) => {
      response.once('close', () => {
        if (connections.delete(socket)) connections.add(socket);
      });
    });
  };
}

function findIdle(connections: ReadonlySet<Socket>, newest: Socket): Socket {
  for (const socket of connections) if (isIdle(socket)) return socket;
  return newest;
}
