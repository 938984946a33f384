import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../../../identity/caller.js';
import { filesOf } from '../../../platform/http/document-errors.js';
import { forbidden, notFound } from '../errors.js';
import { mayRead, renderPerson } from '../render-person.js';
import { PersonSchema, PictureQuerySchema } from '../wire.js';
import { findOwnPerson, type PersonOptions, personsPath, personsUrl, pictureUrlFor } from './person-routes.js';
import { operationId, requireRights, versions } from './versions.js';

const shared = { tags: ['A: Apptenticate'], security: [{ apptenticate: [] }] };

/** What the operations need. */
export interface GetPersonOptions extends PersonOptions {
  readonly loadCaller: (accountId: string, credentialVersion: number) => Promise<Caller | undefined>;
}

/** `GET /api/v3.2/biometrics/recognizer/persons/{id}/`, and the picture at `…/{id}/image/`. */
export function getPerson(app: FastifyInstance, options: GetPersonOptions): void {
  const { persons, tokens, pictureUrls, loadCaller } = options;
  /** of requests with a signed URL: the picture that it is for */
  const permits = new WeakMap<FastifyRequest, string>();
  const admitSigned = async (request: FastifyRequest, signature: string): Promise<void> => {
    const permit = pictureUrls.verify(signature);
    const caller = permit && (await loadCaller(permit.accountId, permit.credentialVersion));
    if (!caller || !mayRead(caller)) throw forbidden();
    request.caller = caller;
    permits.set(request, permit.picture);
  };
  for (const version of versions) {
    const onRequest = requireRights(tokens, 'persons:read');
    const path = `${personsPath(version)}/:id`;
    const id = (name: string) => ({ operationId: operationId(name, version) });
    app.get(
      path,
      { schema: { ...shared, ...id('getPerson'), summary: 'A person', response: { 200: PersonSchema } }, onRequest },
      async (request) => {
        const pictureUrl = pictureUrlFor(request, options, personsUrl(request, options, version));
        return renderPerson(await findOwnPerson(request, options), pictureUrl);
      },
    );
    app.get(
      `${path}/image`,
      {
        schema: {
          ...shared,
          ...id('getPersonImage'),
          summary: "A person's picture, as registered, without metadata",
          response: { 200: filesOf('the picture', 'image/jpeg', 'image/png') },
        },
        config: { query: PictureQuerySchema },
        onRequest: (request) => {
          const { signature } = request.query as { readonly signature?: unknown };
          return signature === undefined || request.headers.authorization !== undefined
            ? onRequest(request)
            : admitSigned(request, String(signature));
        },
      },
      async (request, reply) => {
        const person = await findOwnPerson(request, options);
        const permitted = permits.get(request);
        const isPermitted = permitted === undefined || permitted === person.pictureId;
        const picture = isPermitted ? await persons.readPicture(request.caller!, person) : undefined;
        if (!picture) throw notFound();
        // Pages of any origin may show what was signed for them.
        if (permitted !== undefined) reply.header('cross-origin-resource-policy', 'cross-origin');
        return reply
          .type(picture.mediaType)
          .headers({ 'cache-control': 'private, no-store', 'content-disposition': 'inline' })
          .send(picture.bytes);
      },
    );
  }
}
