/** The texts of the pages. */
export const texts = {
  en: {
    title: 'Sign in',
    heading: 'Sign in to Triface',
    username: 'Username',
    password: 'Password',
    submit: 'Sign in',
    error: 'Error',
    invalid: 'The username or password is incorrect.',
    throttled: (seconds: number) => `Too many attempts. Try again in ${minutes(seconds, 'minute', 'minutes')}.`,
    faultTitles: {
      login: 'Sign-in not possible',
      expired: 'Sign-in expired',
      logout: 'Sign-out not possible',
      server: 'Server not available',
    },
    faultCode: 'Code',
    proceed: 'Continue to sign in',
    requestId: 'Request',
    back: 'Back to the application',
    retry: 'Try again',
    logoutTitle: 'Sign out',
    logout: 'Do you want to sign out?',
    logoutYes: 'Sign out',
    logoutNo: 'Stay signed in',
    loggedOutTitle: 'Signed out',
    loggedOut: 'You are signed out. You can close this page.',
  },
  es: {
    title: 'Iniciar sesión',
    heading: 'Iniciar sesión en Triface',
    username: 'Usuario',
    password: 'Contraseña',
    submit: 'Iniciar sesión',
    error: 'Error',
    invalid: 'El usuario o la contraseña no son correctos.',
    throttled: (seconds: number) =>
      `Demasiados intentos. Vuelva a intentarlo dentro de ${minutes(seconds, 'minuto', 'minutos')}.`,
    faultTitles: {
      login: 'No es posible iniciar sesión',
      expired: 'El inicio de sesión ha caducado',
      logout: 'No es posible cerrar la sesión',
      server: 'Servidor no disponible',
    },
    faultCode: 'Código',
    proceed: 'Continuar al inicio de sesión',
    requestId: 'Petición',
    back: 'Volver a la aplicación',
    retry: 'Volver a intentarlo',
    logoutTitle: 'Cerrar sesión',
    logout: '¿Desea cerrar la sesión?',
    logoutYes: 'Cerrar sesión',
    logoutNo: 'Seguir con la sesión iniciada',
    loggedOutTitle: 'Sesión cerrada',
    loggedOut: 'Se ha cerrado la sesión. Puede cerrar esta página.',
  },
} as const;

function minutes(seconds: number, one: string, many: string): string {
  const count = Math.max(1, Math.ceil(seconds / 60));
  return `${count} ${count === 1 ? one : many}`;
}
