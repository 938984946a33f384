import type { Session } from '../session.js';
import type { LivenessNetwork, RecognitionNetwork } from './pack-description.js';
import { PackError } from './pack-error.js';

/** Shape of the input tensor for one picture. */
export function inputShape({ layout, width, height, colour }: LivenessNetwork['input']): number[] {
  const channels = colour === 'grey' ? 1 : 3;
  return layout === 'nchw' ? [1, channels, height, width] : [1, height, width, channels];
}

/**
 * Checks that a network's own inputs and outputs match its description.
 * @throws PackError naming the pack, the file and the difference
 */
export function checkFit(session: Session, network: LivenessNetwork | RecognitionNetwork, id: string): void {
  const fault = (what: string): PackError => new PackError(`model pack ${id}: ${network.file} ${what}`);
  const [input, ...others] = session.inputs;
  if (!input || others.length > 0) throw fault(`has ${session.inputs.length} inputs, but must have exactly one`);
  if (input.name !== network.input.name) throw fault(`has an input ${input.name}, but pack.json says ${network.input.name}`);
  if (input.type !== 'float32') throw fault(`has an input of type ${input.type || 'non-tensor'}; only float32 is supported`);
  const wanted = inputShape(network.input);
  const fits =
    input.shape.length === 4 && input.shape.every((size, i) => typeof size === 'string' || size < 0 || size === wanted[i]);
  if (!fits) throw fault(`has an input of shape ${input.shape.join('×')}, but pack.json says ${wanted.join('×')}`);
  const output = session.outputs.find(({ name }) => name === network.output.name);
  if (!output) {
    const names = session.outputs.map(({ name }) => name).join(', ');
    throw fault(`has no output ${network.output.name}; its outputs are ${names}`);
  }
  if (output.type !== 'float32') throw fault(`has an output of type ${output.type || 'non-tensor'}; only float32 is supported`);
}
