import type { Session } from '../session.js';
import type { LivenessNetwork, RecognitionNetwork } from './pack-description.js';
import { PackError } from './pack-error.js';

/** The shape of one picture's tensor. */
export function inputShape({ layout, width, height, colour }: LivenessNetwork['input']): number[] {
  const channels = colour === 'grey' ? 1 : 3;
  return layout === 'nchw' ? [1, channels, height, width] : [1, height, width, channels];
}

/**
 * Compares what a network says of itself with its description.
 * @throws PackError naming the pack, the file and what differs
 */
export function checkFit(session: Session, network: LivenessNetwork | RecognitionNetwork, id: string): void {
  const fault = (what: string): PackError => new PackError(`model pack ${id}: ${network.file} ${what}`);
  const [input, ...others] = session.inputs;
  if (!input || others.length > 0) throw fault(`has ${session.inputs.length} inputs, one is wanted`);
  if (input.name !== network.input.name) throw fault(`has an input ${input.name}, pack.json says ${network.input.name}`);
  if (input.type !== 'float32') throw fault(`takes ${input.type || 'no tensor'}, only float32 is supported`);
  const wanted = inputShape(network.input);
  const fits =
    input.shape.length === 4 && input.shape.every((size, i) => typeof size === 'string' || size < 0 || size === wanted[i]);
  if (!fits) throw fault(`takes ${input.shape.join('×')}, pack.json says ${wanted.join('×')}`);
  const output = session.outputs.find(({ name }) => name === network.output.name);
  if (!output) {
    const names = session.outputs.map(({ name }) => name).join(', ');
    throw fault(`has no output ${network.output.name}, only ${names}`);
  }
  if (output.type !== 'float32') throw fault(`gives ${output.type || 'no tensor'}, only float32 is supported`);
}
