import type { Signal } from '../signal.js';

/**
 * Names of virtual cameras. First the browser's own test devices: `fake_device_0`, and the path of the file being played (both
 * observed in Chromium 156). The others are the names that their vendors and drivers use.
 */
const virtualCameras: readonly RegExp[] = [
  /^fake[_ ]?device/i,
  /\.(y4m|mjpe?g)$/i,
  /\bOBS\b|OBS[- ]?(virtual|cam)/i,
  /many ?cam/i,
  /snap ?camera/i,
  /xsplit|vcam\b/i,
  /droid ?cam/i,
  /v4l2 ?loopback|dummy video device|loopback/i,
  /virtual[ _-]?(web)?cam/i,
  /\bvirtual\b/i,
  /iriun|epoc ?cam|e2esoft|vcamera|splitcam|cam ?twist|web ?cam ?max|sparkocam|altercam|youcam|fake ?webcam/i,
  /nvidia broadcast|mmhmm|ndi (webcam|video)|newtek|camo\b|chromacam|prism live|streamlabs|unity video|deepfacelive|avatarify/i,
  /screen ?capture|desktop duplication/i,
];

const findVirtual = (label: string): number => virtualCameras.findIndex((pattern) => pattern.test(label));

/**
 * The name of the camera. Browsers report one once a camera is open, so a missing name is suspicious. Another, unused virtual
 * camera is recorded as evidence only, because many users have one installed.
 */
export const judgeCameraLabel: Signal = ({ header: { camera } }) => {
  const matched = findVirtual(camera.label.trim());
  const isEmpty = camera.label.trim() === '';
  return {
    suspicion: matched >= 0 ? 1 : isEmpty ? 0.3 : 0,
    evidence: {
      pattern: matched,
      empty: isEmpty ? 1 : 0,
      devices: camera.deviceCount,
      otherVirtual: camera.otherLabels.filter((label) => findVirtual(label) >= 0).length,
      capabilities: camera.capabilities?.count ?? -1,
    },
  };
};
