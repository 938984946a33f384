import sharp from 'sharp';
import { selfie } from '../fixtures/pictures.js';
import { temporaryDirectory } from '../helper.js';
import { repetitions } from '../repetitions.js';
import { testEach } from '../storage/databases.js';
import { killStorm } from './kill-storm.js';

/** TRIFACE_TEST_KILL_ROUNDS=30 takes minutes. */
const rounds = Number(process.env.TRIFACE_TEST_KILL_ROUNDS || repetitions(2, 3));

testEach(`kill -9 in a storm of creations and deletions, ${rounds} rounds`, async (t, databaseUrl) => {
  const picture = await sharp(await selfie())
    .resize(240)
    .jpeg({ quality: 85 })
    .toBuffer();
  const figures = await killStorm(t, { dataDir: temporaryDirectory(t), databaseUrl, rounds, picture });
  t.comment(JSON.stringify(figures));
  t.ok(figures.created >= rounds, `${figures.created} created`);
  t.ok(figures.deleted >= rounds, `${figures.deleted} deleted`);
});
