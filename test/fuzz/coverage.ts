import type { Operation } from './document.js';

/** Which operations were asked, and how they answered. */
export class Coverage {
  readonly #statuses = new Map<string, Map<number, number>>();

  /** Counts an answer; 0 stands for none. */
  count({ key }: Operation, status: number): void {
    const statuses = this.#statuses.get(key) ?? new Map<number, number>();
    this.#statuses.set(key, statuses.set(status, (statuses.get(status) ?? 0) + 1));
  }

  /** Operations that were never answered with success. */
  listUnsuccessful(operations: readonly Operation[]): string[] {
    const hasSuccess = ({ key }: Operation) =>
      [...(this.#statuses.get(key)?.keys() ?? [])].some((status) => status >= 200 && status < 400);
    return operations.filter((operation) => !hasSuccess(operation)).map(({ key }) => key);
  }

  /** One line per operation: requests, and how often each status was answered. */
  describe(): string {
    return [...this.#statuses]
      .map(([key, statuses]) => {
        const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}×${count}`);
        return `${key}: ${[...statuses.values()].reduce((sum, count) => sum + count)} (${counts.join(' ')})`;
      })
      .join('\n');
  }
}
