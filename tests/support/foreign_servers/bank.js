// A bank on express and the npm library @node-oauth/express-oauth-server, with document 002 (cdp-2023) in the hand.
// What no document states is left as express and the library do it. With BARE=1 their answers are not mapped at all.
"use strict";

const { randomUUID } = require("node:crypto");
const express = require("express");
const OAuthServer = require("@node-oauth/express-oauth-server");

const { BANK_SECRET, BANK_PASSWORD, BARE } = process.env;
const grants = ["password", "refresh_token"];
const clients = { partner: { id: "partner", grants }, brief: { id: "brief", grants, accessTokenLifetime: 2 } };
const tokens = new Map();
const customers = new Map();

// Lines 55, 58 and 59 print what the library does not give by itself.
const printed = () => ({ refresh_expires_in: 14400, "not-before-policy": 0, session_state: randomUUID() });

const model = {
  getClient: async (id, secret) => (secret === BANK_SECRET && clients[id]) || null,
  getUser: async (name, word) => name === "amina" && word === BANK_PASSWORD && { name },
  validateScope: async (_user, _client, scope) => scope || ["customer"],
  saveToken: async (token, client, user) => {
    const kept = { ...token, ...(BARE ? {} : printed()), client, user };
    tokens.set(token.accessToken, kept).set(token.refreshToken, kept);
    return kept;
  },
  getAccessToken: async (word) => byName("accessToken", word),
  getRefreshToken: async (word) => byName("refreshToken", word),
  // A refresh ends both tokens of the pair, as RFC 6749 lets it.
  revokeToken: async (token) => tokens.delete(token.accessToken) && tokens.delete(token.refreshToken),
};
const byName = (name, word) => (tokens.get(word)?.[name] === word ? tokens.get(word) : null);
const oauth = new OAuthServer({
  model,
  accessTokenLifetime: 7200,
  refreshTokenLifetime: 14400,
  allowExtendedTokenAttributes: !BARE,
  useErrorHandler: !BARE,
});

const app = express();
app.use(express.json({ limit: "1mb" }), express.urlencoded({ extended: false }));
app.use((request, _response, next) => {
  request.body ??= {}; // the library reads it, and express 5 leaves it out
  next();
});
app.post("/auth/realms/cdp/protocol/openid-connect/token", oauth.token());

const failure = (statusCode, errorCode, message) => ({ status: "failure", statusCode, errorCode, message });
const text = (value) => typeof value === "string" && value.trim() !== "";

app.post("/caas/api/v2/customer/validate", oauth.authenticate(), (request, response) => {
  const { idNumber, idType } = request.body;
  if (!text(idNumber) || !text(idType)) return response.json(failure(400, 45005, "Invalid Lookup request"));
  const owns = (known) => known.id_number === idNumber && String(known.id_type) === idType;
  const found = [...customers.values()].find((customer) => customer.id_details.some(owns));
  if (!found) return response.json(failure(404, 45001, "Customer not found"));
  const data = { ...found, agent_location_id: "900001", id_status: "Active" };
  data.id_date_of_expiry = `${found.id_details.find(owns).date_of_expiry}T00:00:00.000+00:00`;
  response.json({ status: "success", statusCode: 200, message: "Successfully Processed", data });
});

app.get("/caas/api/v2/customer/:ecrn", oauth.authenticate(), (request, response) => {
  response.json(customers.get(request.params.ecrn) || failure(404, 45001, "Customer not found"));
});

app.post("/caas-lcm/api/v1/CAAS/onBoarding/customer", oauth.authenticate(), (request, response) => {
  const sent = request.body;
  const requestId = randomUUID();
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()); // line 427
  const details = Object.fromEntries(wrong(sent).map((name) => [camel(name), `Invalid ${name.replaceAll("_", " ")}`]));
  if (Object.keys(details).length) {
    const told = failure(400, 40002, "Invalid format or missing mandatory request");
    return response.status(400).json({ ...told, details, requestId });
  }
  if (!/^[A-Z]{2}$/.test(sent.nationality)) {
    const told = { status: "failed", status_code: "406 NOT_ACCEPTABLE", error_code: null };
    return response.status(400).json({ requestId, ...told, message: ` Invalid Nationality ${sent.nationality}!` });
  }
  const made = record(sent);
  customers.set(made.ecrn, made);
  const { ecrn, aml_scan_status, customer_status, aml_category, political_exposed_person: pep } = made;
  const data = { aml_scan_status, ecrn, customer_status, pep, aml_category };
  response.json({ status: "success", data, requestId, status_code: "200 OK" });
});

// Lines 168 and 432: how a refused caller is answered. The token service's own refusals stay the library's.
app.use((bad, request, response, next) => {
  if (!(bad.name in { invalid_token: 1, unauthorized_request: 1 })) return next(bad);
  const said = { timestamp: new Date(), status: 401, error: "Unauthorized", message: "", path: request.path };
  response.status(401).json(said);
});
app.use((bad, request, response, next) => {
  if (!request.path.endsWith("/token") || !bad.code) return next(bad); // express answers, with its own page
  response.status(bad.code).json({ error: bad.name, error_description: bad.message });
});

const FIELDS = {
  text: ["first_name", "last_name", "nationality", "date_of_birth"],
  list: ["address_list", "id_details"],
};

function wrong(sent) {
  const odd = (list) => !Array.isArray(list) || list.some((it) => it?.constructor !== Object);
  return [...FIELDS.text.filter((name) => !text(sent[name])), ...FIELDS.list.filter((name) => odd(sent[name]))];
}

// What lines 507 to 653 print, unset where onboarding gives nothing.
function record(sent) {
  const ecrn = String(7e15 + customers.size + 1);
  const dateUpdated = new Date().toISOString();
  const { additional_docs = [], customer_classification = {}, channel, updated_by, ...person } = sent;
  const { profile_photo, ...facts } = customer_classification;
  const named = (kind, { content_type }) => ({ base64_data: "", file_name: `${kind}/${ecrn}.jpeg`, content_type });
  const file = (kind, image) => image && named(kind, image);
  return {
    ecrn,
    ...person,
    aml_scan_status: "Accepted",
    customer_iban: `AE07${ecrn}`,
    customer_status: "ACTIVE",
    aml_category: 5,
    additional_docs: additional_docs.map((it) => ({
      contentType: it.content_type, file_name: `${ecrn}_${it.document_id}.jpeg`,
    })),
    address_list: sent.address_list.map((it) => ({ dateUpdated, ...it })),
    id_details: sent.id_details.map((it) => ({
      visa_number: "0", visa_expiry_date: null, dateUpdated, ...it,
      id_front: file("front", it.id_front), id_back: file("back", it.id_back),
    })),
    customer_classification: {
      dateUpdated, last_review_date: null, next_review_date: null, group_companies: null, group_employer_code: " ",
      referred_by: null, referred_by_type: 1, ekyc_provider: null, ekyc_ref_no: null, customer_cards: null,
      card_number: null, social_links: [], ...facts,
      subscriptions: [{ subsciption_type: "PREMIUM", subscription_id: "EXAMPLE CARD", status: "active" }],
      profile_photo_file_name: profile_photo ? `photo/${ecrn}.jpeg` : null,
    },
    customer_relations: [],
    communication_consents: [1, 2].map((communication_type) => ({ allow: true, communication_type })),
  };
}

app.listen(Number(process.env.PORT), "127.0.0.1");
