// The present state on another site: <script src="https://…/widget.js" data-lang="en" async></script>
// It stands where the script stands, in a shadow of its own. No cookie, nothing about the visitor.
(() => {
  const script = document.currentScript;
  const site = new URL(script.src).origin;
  const english = (script.dataset.lang || document.documentElement.lang || "zh").startsWith("en");
  const WORDS = {
    none: ["各项服务运行正常", "All services are running normally"],
    minor: ["部分服务受影响", "Some services are disrupted"],
    major: ["部分服务中断", "Some services are down"],
    critical: ["服务中断", "Services are down"],
    maintenance: ["维护进行中", "Maintenance in progress"],
    away: ["查看服务状态", "See the service status"],
  };
  const MARKS = { none: "✓", maintenance: "⚙", away: "→" };
  const CSS = `a{display:inline-flex;gap:.5em;align-items:center;min-height:44px;box-sizing:border-box;
padding:.5em .9em;border:1px solid #8b958f;border-radius:.5em;background:#fff;color:#19211e;
font:15px/1.4 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;text-decoration:none;overflow-wrap:anywhere}
a:focus-visible{outline:3px solid #0b5d56;outline-offset:2px}
b{color:#17653e}.minor b{color:#745000}.major b{color:#93400a}.critical b{color:#a11a25}
.maintenance b{color:#1f4d8c}
@media(prefers-color-scheme:dark){a{background:#181f1c;color:#e8ece9}a b{color:#80d5a3!important}}`;
  const host = document.createElement("candor-status");
  const shadow = host.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet(); // which no policy of the other site forbids
    sheet.replaceSync(CSS);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.append(Object.assign(document.createElement("style"), { textContent: CSS }));
  }
  const link = document.createElement("a");
  link.href = site + (english ? "/en/" : "/");
  shadow.append(link);
  script.after(host);

  function show(state, name) {
    const mark = document.createElement("b");
    mark.setAttribute("aria-hidden", "true");
    mark.textContent = MARKS[state] || "!";
    link.className = state;
    link.replaceChildren(mark, name || WORDS[state][+english]);
  }

  async function ask() {
    try {
      const answer = await fetch(site + "/api/v2/summary.json" + (english ? "?lang=en" : ""), { credentials: "omit" });
      const { status, incidents } = await answer.json();
      const state = status.indicator in WORDS ? status.indicator : "away";
      const worst = incidents.find((one) => one.impact === state) || incidents[0];
      show(state, state !== "none" && worst?.name);
    } catch {
      if (!link.firstChild) show("away");
    }
    setTimeout(ask, 6e4 * (0.8 + Math.random() * 0.4)); // not all of them in the same second
  }
  ask();
})();
