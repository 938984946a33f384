import { t } from 'tap';
import { runClient } from './run-client.js';

t.test("PHP: ext-curl, Guzzle, PHP's streams", (t) =>
  runClient(t, {
    packages: 'php',
    needs: ['php', '/usr/share/php/GuzzleHttp/autoload.php', '/usr/share/doc/php-curl'],
    commands: (programs) => [['php', `${programs}/php/client.php`]],
    libraries: { 'ext-curl': [], Guzzle: [], streams: [] },
    isStrict: false,
  }),
);
