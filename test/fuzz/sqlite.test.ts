import t from 'tap';
import { fuzzAnswers } from './fuzz-answers.js';

t.test('every answer to mutated requests is as openapi.yaml says (SQLite)', (t) => fuzzAnswers(t, ''));
