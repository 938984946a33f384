/** Attributes of the element, the same as those of the vendor's element. */
export const attributeNames = [
  'sdk_path',
  'capture_mode',
  'payload_size',
  'device_id',
  'mask_hidden',
  'auto_close_disabled',
  'auto_capture_disabled',
  'audio_enabled',
  'face_not_centered_check_enabled',
  'mouth_open_check_enabled',
  'face_blurry_check_enabled',
  'dark_image_check_enabled',
  'eyes_closed_check_enabled',
  'sunglasses_detected_check_enabled',
] as const;
export type AttributeName = (typeof attributeNames)[number];

/** Checks that can hold back automatic capture, in addition to those of the number and size of faces. */
export interface Checks {
  readonly centred: boolean;
  readonly sharp: boolean;
  readonly light: boolean;
  readonly mouth: boolean;
  readonly eyes: boolean;
}

/** The settings given by the attributes. */
export interface CaptureSettings {
  /** absolute URL, ends with / */
  readonly sdkPath: string;
  /** false in `singleImage` mode */
  readonly isSealed: boolean;
  /** `closer` mode: after the photo, the user comes closer */
  readonly isCloser: boolean;
  readonly isSmall: boolean;
  /** '' for the camera that faces the user */
  readonly deviceId: string;
  readonly hasMask: boolean;
  readonly closesItself: boolean;
  readonly capturesItself: boolean;
  readonly hasSound: boolean;
  readonly checks: Checks;
}

/**
 * Folder that this module was loaded from. In a page's own bundle, it may be useless for loading the other files; a module without
 * an address, such as one from a `blob:` or in CommonJS, has the page's folder instead.
 */
const ownFolder = (): string => resolve('.', import.meta.url) ?? new URL('.', document.baseURI).href;

/** Reads the current attributes. Frameworks write booleans as '', 'true' or 'false', or omit them. */
export function readSettings(element: Element): CaptureSettings {
  const text = (name: AttributeName): string => element.getAttribute(name)?.trim() ?? '';
  const flag = (name: AttributeName, absent = false): boolean =>
    element.hasAttribute(name) ? !/^(false|0|no|off)$/i.test(text(name)) : absent;
  const mode = text('capture_mode').toLowerCase();
  return {
    sdkPath: folderOf(text('sdk_path')),
    isSealed: mode !== 'singleimage',
    isCloser: mode === 'closer',
    isSmall: text('payload_size').toLowerCase() === 'small',
    deviceId: text('device_id'),
    hasMask: !flag('mask_hidden'),
    closesItself: !flag('auto_close_disabled'),
    capturesItself: !flag('auto_capture_disabled'),
    hasSound: flag('audio_enabled'),
    checks: {
      centred: flag('face_not_centered_check_enabled', true),
      sharp: flag('face_blurry_check_enabled', true),
      light: flag('dark_image_check_enabled', true),
      mouth: flag('mouth_open_check_enabled'),
      eyes: flag('eyes_closed_check_enabled'),
    },
  };
}

/** Resolves the attribute. @param sdkPath absolute, or relative to the page; '' for the module's own folder */
function folderOf(sdkPath: string): string {
  if (sdkPath === '') return ownFolder();
  return resolve(sdkPath.endsWith('/') ? sdkPath : `${sdkPath}/`, document.baseURI) ?? ownFolder();
}

/** As `URL.parse`, which the oldest supported browsers do not have. */
function resolve(path: string, base: string): string | undefined {
  try {
    return new URL(path, base).href;
  } catch {
    return undefined;
  }
}
