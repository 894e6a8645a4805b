// Two issuers of OpenID Connect, run by oidc-provider, and a door by which a test tells them whom to sign in and how to misbehave.
//
//   node server.mjs '{"issuers":[{"id":"corp","port":4001},…],"log":"http://127.0.0.1:7117","control":4000,"secret":"…"}'
//
// Prints `ready` once all listen. POST / on the control port takes `{"issuer","account"?,"claims"?,"alter"?,"header"?}`: who signs in
// there from now on, what is claimed, and what the next ID tokens say instead (signed by the issuer's own key).
import { createServer } from "node:http";
import { decodeJwt, exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import { Provider } from "oidc-provider";

const { issuers, log, control, secret = "a secret of this test alone" } = JSON.parse(process.argv[2]);
const states = new Map();

async function start({ id, port }) {
  const pair = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(pair.privateKey)), kid: `${id}-1`, alg: "RS256", use: "sig" };
  const state = { account: "u-1", claims: {}, alter: null, logouts: [] };
  states.set(id, state);
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: "indelible",
        client_secret: secret,
        redirect_uris: [`${log}/v1/sign-in/oidc/${id}/callback`],
        backchannel_logout_uri: `${log}/v1/sign-in/oidc/${id}/logout`,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ["of this test alone"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    // The log asks for no userinfo.
    conformIdTokenClaims: false,
    // Its own way to ask refuses addresses of this machine, which is where the log is.
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...state.claims }) }),
  });
  provider.use(async (context, next) => {
    await next();
    if (context.path === "/token" && state.alter && context.body?.id_token) {
      const claims = { ...decodeJwt(context.body.id_token), ...state.alter };
      const signed = new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: key.kid });
      context.body = { ...context.body, id_token: await signed.sign(await importJWK(key, "RS256")) };
    }
  });
  const answer = provider.callback();
  const server = createServer(async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    let result = { login: { accountId: state.account } };
    if (prompt.name === "consent") {
      const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
      grant.addOIDCScope(params.scope);
      result = { consent: { grantId: await grant.save() } };
    }
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
}

await Promise.all(issuers.map(start));
const door = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { issuer, ...told } = JSON.parse(Buffer.concat(chunks));
  Object.assign(states.get(issuer), { alter: null }, told);
  response.end("{}");
});
await new Promise((listening) => door.listen(control, "127.0.0.1", listening));
console.log("ready");
