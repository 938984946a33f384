// The package has no types. Only what is used here.
declare module '@npmcli/agent' {
  /** An agent for the URL, through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name. */
  export function getAgent(url: URL, options: { keepAlive: boolean }): import('node:http').Agent;
}
