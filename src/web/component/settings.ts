/** Attributes of the element, as pages written for the vendor's element know them. */
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

/** Which conditions hold automatic capture back, beside the face's number and size. */
export interface Checks {
  readonly centred: boolean;
  readonly sharp: boolean;
  readonly light: boolean;
  readonly mouth: boolean;
  readonly eyes: boolean;
}

/** What the attributes say. */
export interface CaptureSettings {
  /** absolute URL, ends with / */
  readonly sdkPath: string;
  /** false in `singleImage` mode */
  readonly isSealed: boolean;
  readonly isSmall: boolean;
  /** '' for the camera that faces the user */
  readonly deviceId: string;
  readonly hasMask: boolean;
  readonly closesItself: boolean;
  readonly capturesItself: boolean;
  readonly hasSound: boolean;
  readonly checks: Checks;
}

/** Folder that this module was loaded from; a bundler may have made it something that nothing can be loaded from. */
const ownFolder = new URL('.', import.meta.url).href;

/** Reads the attributes as they are now. Frameworks write booleans as '', 'true' or 'false', or leave them out. */
export function readSettings(element: Element): CaptureSettings {
  const text = (name: AttributeName): string => element.getAttribute(name)?.trim() ?? '';
  const flag = (name: AttributeName, absent = false): boolean =>
    element.hasAttribute(name) ? !/^(false|0|no|off)$/i.test(text(name)) : absent;
  const isSealed = text('capture_mode').toLowerCase() !== 'singleimage';
  return {
    sdkPath: folderOf(text('sdk_path')),
    isSealed,
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

/** @param sdkPath as the attribute has it: absolute, or relative to the page; '' for the module's own folder */
function folderOf(sdkPath: string): string {
  if (sdkPath === '') return ownFolder;
  const path = sdkPath.endsWith('/') ? sdkPath : `${sdkPath}/`;
  return URL.canParse(path, document.baseURI) ? new URL(path, document.baseURI).href : ownFolder;
}
