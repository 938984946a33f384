/** Address of the Triface server, which serves the detector and the key for sealing packets. */
export const server = 'http://localhost:8080';
