import { OperatorError } from '../../base/operator-error.js';

/** The models directory, or a file in it, cannot be read or written. */
export class ModelsDirError extends OperatorError {
  override name = 'ModelsDirError';

  /** @param cause the error of the file system */
  constructor(modelsDir: string, use: 'read' | 'written', cause: unknown) {
    const { code, path } = cause as NodeJS.ErrnoException;
    super(
      `the models directory ${modelsDir} cannot be ${use} (${code}${path === undefined ? '' : `, ${path}`}). Set TRIFACE_MODELS_DIR to a directory that this user can read and write`,
      { cause },
    );
  }
}
