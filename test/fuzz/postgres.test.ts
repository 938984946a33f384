import { testPostgres } from '../storage/databases.js';
import { fuzzAnswers } from './fuzz-answers.js';

testPostgres('every answer to mutated requests is as openapi.yaml says', fuzzAnswers);
