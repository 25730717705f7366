// The peer's server: express-pouchdb over LevelDB, as its own read-me sets it up for PouchDB clients.
// node pouch-office.mjs FOLDER   prints "listening http://127.0.0.1:PORT"
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import expressPouchdb from 'express-pouchdb';
import PouchDB from 'pouchdb';

const folder = process.argv[2];
mkdirSync(join(folder, 'db'), { recursive: true });
const Databases = PouchDB.defaults({ prefix: join(folder, 'db') + '/' });
const app = express();
app.use(
  '/',
  expressPouchdb(Databases, {
    mode: 'minimumForPouchDB',
    configPath: join(folder, 'config.json'),
    logPath: join(folder, 'log.txt'),
  }),
);
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening http://127.0.0.1:${server.address().port}`);
});
