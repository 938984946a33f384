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
    expiredTitle: 'Sign-in expired',
    expired: 'This sign-in has expired or was already used. Go back to the application and start again.',
    faultTitle: 'Sign-in not possible',
    fault: 'The application requested something that this server does not allow.',
    faultCode: 'Code',
    proceed: 'Continue to sign in',
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
    expiredTitle: 'El inicio de sesión ha caducado',
    expired: 'Este inicio de sesión ha caducado o ya se ha utilizado. Vuelva a la aplicación y empiece de nuevo.',
    faultTitle: 'No es posible iniciar sesión',
    fault: 'La aplicación ha pedido algo que este servidor no permite.',
    faultCode: 'Código',
    proceed: 'Continuar al inicio de sesión',
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
