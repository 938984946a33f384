import { t } from 'tap';
import { openIdOperations } from './openid-operations.js';
import { runClient } from './run-client.js';

const libraries = [
  ...['spring3-web', 'spring3-core', 'spring3-beans', 'spring3-context', 'commons-logging', 'commons-codec'],
  ...['jackson-core', 'jackson-databind', 'jackson-annotations', 'httpclient', 'httpcore', 'httpmime', 'okhttp', 'okio'],
].map((name) => `/usr/share/java/${name}.jar`);

t.test("Java: Spring's RestTemplate, Apache HttpClient, OkHttp, java.net.http; strict models of Jackson", (t) =>
  runClient(t, {
    packages: 'java',
    needs: ['javac', ...libraries],
    commands: (programs, folder) => {
      const sources = ['Client', 'Libraries', 'Models'].map((name) => `${programs}/java/${name}.java`);
      const classes = libraries.join(':');
      return [
        ['javac', '-nowarn', '-encoding', 'UTF-8', '-cp', classes, '-d', folder, ...sources],
        ['java', '-Dfile.encoding=UTF-8', '-cp', `${classes}:${folder}`, 'Client'],
      ];
    },
    libraries: { RestTemplate: [], HttpClient: [], OkHttp: [], 'java.net.http': [] },
    isStrict: true,
  }),
);

t.test("Java: Spring Security's requests, sent by RestTemplate; java.security", (t) =>
  runClient(t, {
    packages: 'java',
    needs: ['javac', ...libraries],
    commands: (programs, folder) => {
      const classes = libraries.join(':');
      return [
        ['javac', '-nowarn', '-encoding', 'UTF-8', '-cp', classes, '-d', folder, `${programs}/java/OpenId.java`],
        ['java', '-Dfile.encoding=UTF-8', '-cp', `${classes}:${folder}`, 'OpenId'],
      ];
    },
    operations: openIdOperations,
    libraries: { 'Spring style': [] },
    isStrict: false,
  }),
);
