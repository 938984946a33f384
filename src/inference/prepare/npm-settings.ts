import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Options } from 'pacote';

type NpmSettings = Record<string, unknown>;

/**
 * Reads the settings that npm itself would use here: registry, scoped registries, proxy, certificates, cache and registry
 * credentials. pacote reads none of these, so npm is asked for them (environment, then project, user and global `.npmrc`). npm
 * does not reveal credentials; their `//registry/:_authToken=…` lines are read from the same files. If npm is not installed (as
 * in some containers), only the variables `npm_config_registry` and `npm_config_cache` and the defaults apply.
 */
export async function readNpmSettings(env: NodeJS.ProcessEnv = process.env, directory = process.cwd()): Promise<Options> {
  const settings = await askNpm(env, directory);
  const files = [settings.globalconfig, settings.userconfig, join(directory, '.npmrc')];
  const texts = await Promise.all(files.map((file) => (typeof file === 'string' ? readFile(file, 'utf8').catch(() => '') : '')));
  const cafile = settings.cafile;
  const ca = typeof cafile === 'string' ? await readFile(cafile, 'utf8').catch(() => undefined) : settings.ca;
  const options: Record<string, unknown> = {
    registry: settings.registry,
    httpsProxy: settings['https-proxy'],
    proxy: settings.proxy,
    noProxy: settings.noproxy,
    strictSSL: settings['strict-ssl'],
    offline: settings.offline,
    ca,
    cert: settings.cert,
    key: settings.key,
    cache: typeof settings.cache === 'string' ? join(settings.cache, '_cacache') : undefined,
    ...Object.fromEntries(Object.entries(settings).filter(([name]) => /^@.+:registry$/.test(name))),
    ...Object.assign({}, ...texts.map((text) => readCredentials(text, env))),
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null)) as Options;
}

async function askNpm(env: NodeJS.ProcessEnv, directory: string): Promise<NpmSettings> {
  try {
    // On Windows npm is a batch file, which needs a shell; this is safe since the arguments are fixed.
    const shell = process.platform === 'win32';
    const { stdout } = await promisify(execFile)('npm', ['config', 'ls', '--json'], { cwd: directory, env, shell });
    return JSON.parse(stdout) as NpmSettings;
  } catch {
    return { registry: env.npm_config_registry, cache: env.npm_config_cache };
  }
}

/** Reads the `//host/path/:setting = value` lines of an `.npmrc`; `${VARIABLE}` is replaced as npm does. */
function readCredentials(npmrc: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const lines = npmrc.split(/\r?\n/).map((line) => /^\s*(\/\/[^=\s]+)\s*=\s*(.*?)\s*$/.exec(line));
  const entries = lines.flatMap((line) => (line ? [[line[1]!, line[2]!] as const] : []));
  const unquote = (value: string) => value.replace(/^(["'])(.*)\1$/, '$2');
  const fill = (value: string) => value.replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole);
  return Object.fromEntries(entries.map(([name, value]) => [name, fill(unquote(value))]));
}
