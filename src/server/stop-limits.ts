import type { Config } from '../config/schema.js';

/**
 * Milliseconds that requests in progress may take once a stop accepts no more. A picture is answered within its deadline. What is
 * still open then is a client that does not send or does not read, and would delay the stop without limit.
 */
export const finishLimitMs = ({ TRIFACE_DEADLINE_MS }: Pick<Config, 'TRIFACE_DEADLINE_MS'>): number => TRIFACE_DEADLINE_MS + 2000;

/**
 * Milliseconds, counted from the same moment, after which the process is ended anyway: five seconds are left for workers and
 * database. With the default settings 20 s after the signal, so that an orchestrator's 30 s are never used up.
 */
export const stopLimitMs = (config: Pick<Config, 'TRIFACE_DEADLINE_MS'>): number => finishLimitMs(config) + 5000;

/**
 * Milliseconds that a start may take to end after a signal: the step in progress is finished, and what was opened is closed. Below the
 * 10 s after which Docker kills by default; nothing is served yet that could be lost.
 */
export const startLimitMs = 8000;
