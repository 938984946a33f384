import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findInstallation } from '../../src/base/installation.js';
import { type Answer, ask, post } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { form } from '../helper.js';
import type { Lab, Replica } from './lab.js';

type Face = Parameters<typeof selfie>[0];

const persons = '/api/v3.2/biometrics/recognizer/persons/';

/** What clients do with the servers of a lab, each request at the server given. */
export interface LabClients {
  enrol(at: Replica, citizenId: string, face: Face): Promise<Answer>;
  erase(at: Replica, number: number): Promise<Answer>;
  /** citizen ids of the persons that a face matches; tries again while the server is unavailable, as clients do */
  nameOf(at: Replica, face: Face): Promise<string[]>;
  liveness(at: Replica, parts: Record<string, string | Buffer>, token?: string): Promise<Answer>;
}

export async function connectClients(lab: Lab): Promise<LabClients> {
  const token = await lab.apiToken();
  const bearer = { authorization: `Bearer ${token}` };
  const basic = { authorization: `Basic ${Buffer.from(`${lab.user}:${lab.password}`).toString('base64')}` };
  return {
    enrol: async ({ url }, citizenId, face) =>
      post(`${url}${persons}`, form({ citizen_id: citizenId, name: citizenId, image: await selfie(face) }), bearer),
    erase: ({ url }, number) => ask(`${url}${persons}${number}/`, { method: 'DELETE', headers: bearer }),
    async nameOf({ url }, face) {
      for (let tries = 0; ; tries++) {
        const answer = await post(`${url}/v1/identify`, form({ image: await selfie(face) }), basic);
        if (answer.status === 200)
          return answer.json.candidates
            .filter(({ matches }: { matches: boolean }) => matches)
            .map(({ citizenId }: { citizenId: string }) => citizenId);
        if (answer.status !== 503 || tries > 300) throw new Error(`${answer.status} ${answer.text}`);
        await sleep(100);
      }
    },
    liveness: ({ url }, parts, own = token) =>
      post(`${url}/api/v3/biometrics/liveness/`, form({ details: 'true', return_id: 'true', ...parts }), {
        authorization: `Bearer ${own}`,
      }),
  };
}

/** Runs `triface …` with the settings of the servers. */
export async function runOperator({ folder, cluster }: Lab, ...words: string[]): Promise<string> {
  const root = findInstallation();
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATA_DIR: join(folder, 'data'), DATABASE_URL: cluster.url('postgres') };
  return (await promisify(execFile)(process.execPath, [join(root, 'dist/src/cli.js'), ...words], { cwd: root, env })).stdout;
}
