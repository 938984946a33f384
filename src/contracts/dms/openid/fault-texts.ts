/** Why a login or logout cannot continue. */
export type FaultKind = keyof (typeof faultTexts)['en'];

/** What went wrong, and what to do. `value`, if a page has one, is shown between the two. */
interface FaultText {
  readonly title: 'login' | 'expired' | 'logout' | 'server';
  readonly what: string;
  readonly advice: string;
}

const english = {
  'unknown-client': {
    title: 'login',
    what: 'The application is not registered on this server under this name:',
    advice:
      'Check the client ID in the application’s settings. The operator of this server registers it with “triface client add”.',
  },
  'redirect-uri': {
    title: 'login',
    what: 'The application wants to receive the login at an address that is not registered for it:',
    advice:
      'Check the redirect URI in the application’s settings: scheme, host, port, path and the slash at its end must be as registered. The operator of this server registers an address with “triface client set”.',
  },
  'missing-parameter': {
    title: 'login',
    what: 'The application’s request lacks something that a login needs:',
    advice: 'Go back to the application and start again. If this happens again, report this page to its operator.',
  },
  pkce: {
    title: 'login',
    what: 'The application did not use PKCE as this server requires.',
    advice:
      'Its developer must send a code_challenge with the method S256. For an application with a secret, the operator of this server can make PKCE optional with “triface client set”.',
  },
  unsupported: {
    title: 'login',
    what: 'The application asked for a kind of login that this server does not have.',
    advice: 'Its developer must use the authorization code flow: response_type=code, with a response mode that discovery names.',
  },
  'too-long': {
    title: 'login',
    what: 'The request is longer than this server accepts:',
    advice: 'Go back to the application and start again. If this happens again, report this page to its operator.',
  },
  unreadable: {
    title: 'login',
    what: 'The request cannot be read.',
    advice: 'Go back to the application and start again. If this happens again, report this page to its operator.',
  },
  fault: {
    title: 'login',
    what: 'The application requested something that this server does not allow.',
    advice: 'Go back to the application and start again. If this happens again, report this page to its operator.',
  },
  realm: {
    title: 'login',
    what: 'This server has no realm of this name:',
    advice: 'Check the address of the login server (issuer) in the application’s settings.',
  },
  expired: {
    title: 'expired',
    what: 'This sign-in has expired or was already used.',
    advice: 'Go back to the application and start again.',
  },
  'no-cookie': {
    title: 'expired',
    what: 'Your browser sent no cookie for this sign-in. It has expired, was already used, or the browser blocks cookies.',
    advice: 'Go back to the application and start again. If this happens again, allow cookies for this address:',
  },
  'foreign-form': {
    title: 'login',
    what: 'The form was sent from another website, not from the sign-in page.',
    advice: 'If you did not expect this, close this page. To sign in, go back to the application and start again.',
  },
  'logout-uri': {
    title: 'logout',
    what: 'The application wants you to return to an address that is not registered for it:',
    advice:
      'You are still signed in. Check the address after logout in the application’s settings. The operator of this server registers an address with “triface client set”.',
  },
  'logout-hint': {
    title: 'logout',
    what: 'The application’s request to sign out names a login that this server did not issue, or that belongs to another application.',
    advice: 'You may still be signed in. Go back to the application, sign in again, and then sign out.',
  },
  'logout-expired': {
    title: 'logout',
    what: 'This question has expired or was already answered, or your browser sent no cookie with the answer.',
    advice: 'Go back to the application and sign out again. If this happens again, allow cookies for this address:',
  },
  'logout-fault': {
    title: 'logout',
    what: 'The application requested something that this server does not allow.',
    advice: 'You may still be signed in. Go back to the application and sign out again.',
  },
  unavailable: {
    title: 'server',
    what: 'The server is temporarily unavailable.',
    advice: 'Wait a moment and try again. What you entered has not been used.',
  },
  server: {
    title: 'server',
    what: 'The server failed to answer.',
    advice: 'Try again. If this happens again, report the request number to the operator of this server.',
  },
} as const satisfies Record<string, FaultText>;

const spanish: Record<keyof typeof english, FaultText> = {
  'unknown-client': {
    title: 'login',
    what: 'La aplicación no está registrada en este servidor con este nombre:',
    advice:
      'Compruebe el identificador de cliente en la configuración de la aplicación. El operador de este servidor la registra con «triface client add».',
  },
  'redirect-uri': {
    title: 'login',
    what: 'La aplicación quiere recibir el inicio de sesión en una dirección que no está registrada para ella:',
    advice:
      'Compruebe la URI de redirección en la configuración de la aplicación: el esquema, el servidor, el puerto, la ruta y la barra final deben ser los registrados. El operador de este servidor registra una dirección con «triface client set».',
  },
  'missing-parameter': {
    title: 'login',
    what: 'A la petición de la aplicación le falta algo necesario para iniciar sesión:',
    advice: 'Vuelva a la aplicación y empiece de nuevo. Si vuelve a ocurrir, comunique esta página a su operador.',
  },
  pkce: {
    title: 'login',
    what: 'La aplicación no ha usado PKCE como exige este servidor.',
    advice:
      'Su desarrollador debe enviar un code_challenge con el método S256. Si la aplicación tiene un secreto, el operador de este servidor puede hacer que PKCE sea opcional con «triface client set».',
  },
  unsupported: {
    title: 'login',
    what: 'La aplicación ha pedido un tipo de inicio de sesión que este servidor no ofrece.',
    advice:
      'Su desarrollador debe usar el flujo de código de autorización: response_type=code, con un modo de respuesta de los que anuncia el servidor.',
  },
  'too-long': {
    title: 'login',
    what: 'La petición es más larga de lo que este servidor admite:',
    advice: 'Vuelva a la aplicación y empiece de nuevo. Si vuelve a ocurrir, comunique esta página a su operador.',
  },
  unreadable: {
    title: 'login',
    what: 'No se puede leer la petición.',
    advice: 'Vuelva a la aplicación y empiece de nuevo. Si vuelve a ocurrir, comunique esta página a su operador.',
  },
  fault: {
    title: 'login',
    what: 'La aplicación ha pedido algo que este servidor no permite.',
    advice: 'Vuelva a la aplicación y empiece de nuevo. Si vuelve a ocurrir, comunique esta página a su operador.',
  },
  realm: {
    title: 'login',
    what: 'Este servidor no tiene ningún realm con este nombre:',
    advice: 'Compruebe la dirección del servidor de inicio de sesión (issuer) en la configuración de la aplicación.',
  },
  expired: {
    title: 'expired',
    what: 'Este inicio de sesión ha caducado o ya se ha utilizado.',
    advice: 'Vuelva a la aplicación y empiece de nuevo.',
  },
  'no-cookie': {
    title: 'expired',
    what: 'Su navegador no ha enviado ninguna cookie para este inicio de sesión. Ha caducado, ya se ha utilizado o el navegador bloquea las cookies.',
    advice: 'Vuelva a la aplicación y empiece de nuevo. Si vuelve a ocurrir, permita las cookies de esta dirección:',
  },
  'foreign-form': {
    title: 'login',
    what: 'El formulario se ha enviado desde otro sitio web, no desde la página de inicio de sesión.',
    advice: 'Si no lo esperaba, cierre esta página. Para iniciar sesión, vuelva a la aplicación y empiece de nuevo.',
  },
  'logout-uri': {
    title: 'logout',
    what: 'La aplicación quiere que vuelva a una dirección que no está registrada para ella:',
    advice:
      'Su sesión sigue abierta. Compruebe la dirección tras el cierre de sesión en la configuración de la aplicación. El operador de este servidor registra una dirección con «triface client set».',
  },
  'logout-hint': {
    title: 'logout',
    what: 'La petición de cierre de sesión se refiere a un inicio de sesión que este servidor no ha emitido o que pertenece a otra aplicación.',
    advice: 'Es posible que su sesión siga abierta. Vuelva a la aplicación, inicie sesión de nuevo y ciérrela después.',
  },
  'logout-expired': {
    title: 'logout',
    what: 'Esta pregunta ha caducado o ya se ha respondido, o su navegador no ha enviado ninguna cookie con la respuesta.',
    advice: 'Vuelva a la aplicación y cierre la sesión de nuevo. Si vuelve a ocurrir, permita las cookies de esta dirección:',
  },
  'logout-fault': {
    title: 'logout',
    what: 'La aplicación ha pedido algo que este servidor no permite.',
    advice: 'Es posible que su sesión siga abierta. Vuelva a la aplicación y cierre la sesión de nuevo.',
  },
  unavailable: {
    title: 'server',
    what: 'El servidor no está disponible en este momento.',
    advice: 'Espere un momento y vuelva a intentarlo. Lo que haya escrito no se ha utilizado.',
  },
  server: {
    title: 'server',
    what: 'El servidor no ha podido responder.',
    advice: 'Vuelva a intentarlo. Si vuelve a ocurrir, comunique el número de petición al operador de este servidor.',
  },
};

/** The texts of the error pages. */
export const faultTexts = { en: english, es: spanish } as const;
