import { startTestServer, temporaryDirectory } from '../../../helper.js';
import { testPostgres } from '../../../storage/databases.js';
import { addScans, dmsScan, openScanServer } from '../scan-server.js';

testPostgres('a walk through a sorted list whose pages are answered by two servers in turn', async (t, databaseUrl) => {
  const env = { DATABASE_URL: databaseUrl, DATA_DIR: temporaryDirectory(t), TRIFACE_PUBLIC_URL: 'http://127.0.0.1:1' };
  const { store, addClient, url: first } = await openScanServer(t, env);
  const second = await startTestServer(t, env);
  const ana = await addClient('ana', 'One');
  const add = (count: number) =>
    addScans(
      store,
      Array.from({ length: count }, () => dmsScan(ana)),
    );
  const known = new Set(await add(30));
  const seen: string[] = [];
  for (let page = 0; page < 6; page++) {
    const url = [first, second.url][page % 2];
    const response = await fetch(`${url}/v1/face-liveness?page=${page}&size=5&sort=createdDate,desc`, {
      headers: { authorization: ana.authorization },
    });
    const body = (await response.json()) as { totalElements: number; content: { id: string }[] };
    t.equal(body.totalElements, 30, `page ${page}`);
    seen.push(...body.content.map(({ id }) => id));
    // it would push the last ones of this page to the next
    await add(2);
  }
  t.same(new Set(seen), known, 'no gap');
  t.equal(seen.length, 30, 'no repeat');
});
