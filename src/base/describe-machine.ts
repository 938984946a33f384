import { hostname, userInfo } from 'node:os';

/** This machine's name, and the operating system's name of who runs the process; a number if the user has no name. */
export function describeMachine(): { readonly host: string; readonly user?: string } {
  const user = findUser();
  return { host: hostname(), ...(user === undefined ? {} : { user }) };
}

function findUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return process.getuid?.().toString();
  }
}
