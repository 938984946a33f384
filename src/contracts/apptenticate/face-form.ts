import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FaceCommand } from '../../gallery/see-face.js';
import { clientGone } from '../../platform/client-gone.js';
import { type Form, formOverhead, readForm } from '../../platform/read-form.js';
import type { SentFace } from '../../scans/face-assessor.js';
import type { ApiTokens } from './authentication.js';
import { findFile, findPacket, readBoolean, readChoice, readFile } from './form-values.js';
import type { AnswerForm } from './render.js';

/** What every operation on a face needs. */
export interface FaceOptions {
  readonly tokens: ApiTokens;
  /** status of an evaluated picture that is not valid */
  readonly rejectionStatus: 200 | 400;
  /** largest accepted picture, in bytes */
  readonly maxImageBytes: number;
  readonly maxPacketBytes: number;
}

/** Maximum bytes of a form with this many pictures and one packet. */
export const faceFormLimit = ({ maxImageBytes, maxPacketBytes }: FaceOptions, pictures = 1): number =>
  pictures * maxImageBytes + maxPacketBytes + formOverhead;

/** Reads a form of pictures and a packet. @throws FormError */
export const readPictureForm = (request: FastifyRequest, { maxImageBytes, maxPacketBytes }: FaceOptions): Promise<Form> =>
  readForm(request, { named: { encrypted_file: maxPacketBytes }, others: maxImageBytes, aliases: ['image', 'selfie'] });

/** The fields that liveness, recognition and registration share. */
export interface FaceForm {
  /** how much the client wants to know */
  readonly answer: AnswerForm;
  readonly face: Pick<FaceCommand, 'caller' | 'contract' | 'sent' | 'channel' | 'signal'>;
}

/**
 * Reads the fields that liveness, recognition and registration share.
 * @param names of the picture's field, the vendor's own first; the picture may be omitted if there is a packet
 * @throws ApiError 400
 */
export function readFaceForm(
  form: Form,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  ...names: readonly [string, ...string[]]
): FaceForm {
  const answer = { details: readBoolean(form, 'details'), returnId: readBoolean(form, 'return_id') };
  const device = readChoice(form, 'device', ['DESKTOP', 'IOS', 'ANDROID']);
  const sent = readSentFace(form, names);
  return {
    answer,
    face: {
      caller: request.caller!,
      contract: 'apptenticate',
      sent,
      signal: clientGone(reply),
      ...(device ? { channel: device } : {}),
    },
  };
}

/** With a packet, the packet is judged (Liveness Plus) and its photo is the picture. @throws ApiError 400 */
function readSentFace(form: Form, names: readonly [string, ...string[]]): SentFace {
  const packet = findPacket(form, 'encrypted_file');
  const name = names.find((known) => form.files.has(known) || form.fields.has(known)) ?? names[0];
  if (!packet) return { picture: readFile(form, name) };
  const selfie = findFile(form, name);
  return { packet, ...(selfie ? { selfie } : {}) };
}
