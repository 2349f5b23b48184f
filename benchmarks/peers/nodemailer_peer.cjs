// nodemailer, a pool of twenty connections fed as its documentation advises: a message at each idle place.
// usage: node nodemailer_peer.cjs PORT FOLDER KIND MODULES
"use strict";

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [port, folder, kind, modules] = process.argv.slice(2);
const nodemailer = createRequire(join(modules, "package.json"))("nodemailer");
const read = (name) => readFileSync(join(folder, name), "utf8");
const [text, html, message] = ["body.txt", "body.html", "message.eml"].map(read);
const readers = read("list.csv").trim().split(/\r?\n/).slice(1).map((line) => line.split(","));

const sender = "news@example.org";
const from = `Practice Notes <${sender}>`;
const fill = (body, name, token) =>
  body.replaceAll("{{first_name}}", name).replaceAll("{{token}}", token);

const mail = ([email, name, token]) =>
  kind === "raw"
    ? { envelope: { from: sender, to: email }, raw: message }
    : {
        from,
        to: email,
        subject: "Practice Notes, November 2026",
        text: fill(text, name, token),
        html: fill(html, name, token),
        headers: {
          "List-Unsubscribe": `<https://news.example.org/u/${token}>`,
          "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
      };

const pool = nodemailer.createTransport({
  pool: true,
  host: "127.0.0.1",
  port: Number(port),
  ignoreTLS: true,
  maxConnections: 20,
  maxMessages: Infinity,
});

let next = 0;
let done = 0;
const sendMore = () => {
  while (next < readers.length && pool.isIdle()) {
    pool.sendMail(mail(readers[next++]), (error) => {
      if (error) throw error;
      if (++done === readers.length) pool.close();
    });
  }
};
pool.on("idle", sendMore);
sendMore();
