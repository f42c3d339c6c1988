/* Removes what advertising tags left in the browser's storage; cookies are removed by the server. In pages of who does not allow them. */
for (const key of Object.keys(localStorage)) if (/^(_gcl_|cto_|criteo_)/.test(key)) localStorage.removeItem(key);
