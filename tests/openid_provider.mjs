// A real OpenID Connect provider (npm's oidc-provider) for the tests: node provider.mjs MODULES PORT REDIRECT_URI
// It signs in at once whoever was last named at /as?sub=…&email=…&verified=yes&amr=mfa, and never shows a page.

const [modules, port, redirect] = process.argv.slice(2);
const { default: Provider } = await import(`${modules}/oidc-provider/lib/index.js`);

let who = { sub: "nobody" };

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    client_id: "shiftline",
    client_secret: "a secret that only the tests know",
    redirect_uris: [redirect],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], amr: null, acr: null },
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false }, claimsParameter: { enabled: true } },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, email: who.email, email_verified: who.verified === "yes" }),
  }),
  cookies: { keys: ["a key that only the tests know"] },
});

provider.use(async (ctx, next) => {
  if (ctx.path === "/as") {
    who = Object.fromEntries(new URLSearchParams(ctx.querystring));
    ctx.body = "so be it";
    return;
  }
  if (ctx.path.startsWith("/interaction/")) {
    const { params } = await provider.interactionDetails(ctx.req, ctx.res);
    const grant = new provider.Grant({ accountId: who.sub, clientId: params.client_id });
    grant.addOIDCScope("openid email");
    const result = {
      login: { accountId: who.sub, remember: false, amr: who.amr ? [who.amr] : ["pwd"], acr: who.acr || undefined },
      consent: { grantId: await grant.save() },
    };
    const returnTo = await provider.interactionResult(ctx.req, ctx.res, result);
    ctx.redirect(returnTo);
    return;
  }
  await next();
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
