import Type, { type TSchema } from 'typebox';
import { FaceFormErrorSchema, PersonErrorSchema } from '../wire.js';

/**
 * The OpenAPI description that all comparing operations share.
 * @param answer for an evaluated picture, whether accepted or refused; with 400, too, if refusals have that status
 * @param unknown for a citizen id that nobody has
 */
export const comparisonSchema = (
  summary: string,
  description: string,
  answer: TSchema,
  unknown: TSchema = PersonErrorSchema,
) => ({
  tags: ['A: Apptenticate'],
  summary,
  description,
  security: [{ apptenticate: [] }],
  consumes: ['multipart/form-data'],
  response: {
    200: answer,
    400: Type.Union([FaceFormErrorSchema, answer]),
    404: unknown,
  },
});
