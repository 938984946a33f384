// The module of all kernels, compiled into kernels-binary.ts by `npm run kernels`. It is AssemblyScript: numbers of type usize are
// addresses in the memory that load-kernels.ts provides. Pictures are interleaved RGB, one byte per channel; up to 16 bytes behind a
// picture may be read, too.
export { sampleColour, sampleGrey } from './sample.assembly';
export { shrink } from './shrink.assembly';
export { measureSpectrum, standOut } from './spectrum.assembly';
export { cutLuma, toLuma } from './luma.assembly';
export { addGridSteps, addNoise, countLevels, measureSteps } from './texture.assembly';
export { turn } from './turn.assembly';
