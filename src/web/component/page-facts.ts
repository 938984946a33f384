import {
  type CameraCapabilities,
  type CameraSettings,
  type PacketCamera,
  type PacketPage,
  packetLimits,
} from '../../capture/packet/layout.js';
import { type Camera, listCameras } from './camera.js';

/** Prefixes of properties that automation tools leave on `window` and `document`. */
const traces = [
  'cdc_',
  '$cdc_',
  '$chrome_asyncScriptInfo',
  '__playwright',
  '__pw_',
  '__puppeteer',
  '__webdriver',
  '__selenium',
  '__nightmare',
  '__driver_',
  '__fxdriver',
  'callPhantom',
  '_phantom',
  'domAutomation',
] as const;

/** Collects the page's properties for the packet. */
export function readPage(): PacketPage {
  const brands = (navigator as { userAgentData?: { brands?: { brand: string; version: string }[] } }).userAgentData?.brands;
  return {
    userAgent: navigator.userAgent.slice(0, packetLimits.userAgent),
    ...(brands
      ? {
          brands: brands
            .slice(0, packetLimits.list)
            .map(({ brand, version }) => ({ brand: label(brand), version: label(version) })),
        }
      : {}),
    platform: label(navigator.platform),
    languageCount: Math.min(navigator.languages?.length ?? 0, 1000),
    ...(Number.isInteger(navigator.hardwareConcurrency) ? { hardwareConcurrency: navigator.hardwareConcurrency } : {}),
    webdriver: navigator.webdriver === true,
    automation: findTraces(),
    screen: { width: screen.width, height: screen.height, pixelRatio: devicePixelRatio },
    visibility: document.visibilityState,
    isSecureContext,
    embedded: window.parent !== window,
  };
}

/** Collects the camera's properties for the packet. */
export async function readCamera({ track }: Camera): Promise<PacketCamera> {
  const cameras = await listCameras();
  const { width, height, frameRate, facingMode, deviceId, ...rest } = track.getSettings();
  const { resizeMode } = rest as { resizeMode?: string };
  const settings: CameraSettings = {
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(frameRate === undefined ? {} : { frameRate }),
    ...(facingMode === undefined ? {} : { facingMode: label(facingMode) }),
    ...(resizeMode === undefined ? {} : { resizeMode: label(resizeMode) }),
  };
  const capabilities = readCapabilities(track);
  return {
    label: label(track.label),
    settings,
    ...(capabilities ? { capabilities } : {}),
    deviceCount: cameras.length,
    otherLabels: cameras
      .filter((camera) => camera.deviceId !== deviceId)
      .slice(0, packetLimits.list)
      .map((camera) => label(camera.label)),
  };
}

function readCapabilities(track: MediaStreamTrack): CameraCapabilities | undefined {
  if (typeof track.getCapabilities !== 'function') return undefined;
  const capabilities = track.getCapabilities();
  const { width, height, frameRate } = capabilities;
  return {
    ...(width?.max === undefined ? {} : { maxWidth: width.max }),
    ...(height?.max === undefined ? {} : { maxHeight: height.max }),
    ...(frameRate?.max === undefined ? {} : { maxFrameRate: frameRate.max }),
    count: Object.keys(capabilities).length,
  };
}

function findTraces(): string[] {
  const names = [...Object.getOwnPropertyNames(window), ...Object.getOwnPropertyNames(document)];
  const found = traces.filter((trace) => names.some((name) => name.startsWith(trace)));
  const isHeadless = /Headless/.test(navigator.userAgent);
  return [...found, ...(isHeadless ? ['HeadlessChrome'] : [])].slice(0, packetLimits.list);
}

const label = (text: string): string => text.slice(0, packetLimits.label);
