import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CaptureService } from '../../capture/assess-packet.js';
import type { FaceCommand } from '../../gallery/see-face.js';
import { clientGone } from '../../platform/client-gone.js';
import { type Form, formOverhead, readForm } from '../../platform/read-form.js';
import type { PictureCommand } from '../../scans/assess-picture.js';
import type { ApiTokens } from './authentication.js';
import { findFile, readBoolean, readChoice, readFile } from './form-values.js';
import type { AnswerForm } from './render.js';

/** What every operation on a picture of a face needs. */
export interface FaceOptions {
  readonly capture: CaptureService;
  readonly tokens: ApiTokens;
  /** status of an evaluated picture that is not valid */
  readonly rejectionStatus: 200 | 400;
  /** bytes of a picture, at most */
  readonly maxImageBytes: number;
  readonly maxPacketBytes: number;
}

/** Bytes of a form with so many pictures and a packet, at most. */
export const faceFormLimit = ({ maxImageBytes, maxPacketBytes }: FaceOptions, pictures = 1): number =>
  pictures * maxImageBytes + maxPacketBytes + formOverhead;

/** Reads a form of pictures and a packet. @throws FormError */
export const readPictureForm = (request: FastifyRequest, { maxImageBytes, maxPacketBytes }: FaceOptions): Promise<Form> =>
  readForm(request, { named: { encrypted_file: maxPacketBytes }, others: maxImageBytes });

/** What every picture of a face comes with. */
export interface FaceForm {
  /** what the client wants to be told */
  readonly answer: AnswerForm;
  /** for the gallery: with a packet, it is the packet that is judged (Liveness Plus), and its photo is the picture */
  readonly face: Pick<FaceCommand, 'caller' | 'contract' | 'bytes' | 'channel' | 'signal' | 'assess'>;
}

/**
 * Reads the fields that liveness, recognition and registration share.
 * @param names of the picture's field, the first one the vendor's; it may be left out beside a packet
 * @throws ApiError 400
 */
export function readFaceForm(
  form: Form,
  { request, reply, capture }: { request: FastifyRequest; reply: FastifyReply; capture: CaptureService },
  ...names: readonly [string, ...string[]]
): FaceForm {
  const answer = { details: readBoolean(form, 'details'), returnId: readBoolean(form, 'return_id') };
  const device = readChoice(form, 'device', ['DESKTOP', 'IOS', 'ANDROID']);
  const packet = findFile(form, 'encrypted_file');
  const name = names.find((known) => form.files.has(known)) ?? names[0];
  const selfie = packet ? form.files.get(name) : readFile(form, name);
  const assess =
    packet &&
    (({ bytes: _, ...command }: PictureCommand) => capture.assess({ ...command, packet, ...(selfie ? { selfie } : {}) }));
  return {
    answer,
    face: {
      ...{ caller: request.caller!, contract: 'apptenticate', bytes: selfie ?? new Uint8Array(), signal: clientGone(reply) },
      ...(device ? { channel: device } : {}),
      ...(assess ? { assess } : {}),
    },
  };
}
