import type { Signal } from '../signal.js';

/** Whether a program controls the browser, according to the browser itself. Easy to hide: absence proves nothing. */
export const judgeAutomation: Signal = ({ header: { page } }) => {
  const isHeadless = /headless/i.test(page.userAgent) || (page.brands ?? []).some(({ brand }) => /headless/i.test(brand));
  const noScreen = page.screen.width === 0 || page.screen.height === 0;
  const isCertain = page.webdriver || page.automation.length > 0 || isHeadless;
  return {
    suspicion: isCertain ? 1 : page.languageCount === 0 || noScreen ? 0.5 : 0,
    evidence: {
      webdriver: page.webdriver ? 1 : 0,
      flags: page.automation.length,
      headless: isHeadless ? 1 : 0,
      languages: page.languageCount,
    },
  };
};
