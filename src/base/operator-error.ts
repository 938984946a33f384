/**
 * An error that the operator can do something about: `message` says what is wrong with which input and what to do. The program
 * prints it without a stack. Every other error is a bug and is printed with its stack. Subclasses set their own name.
 */
export class OperatorError extends Error {
  override name = 'OperatorError';
}
