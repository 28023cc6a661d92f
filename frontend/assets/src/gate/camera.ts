/** The camera: the browser's own reader where it has one, else a small one of ours, loaded only then. */

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
type DetectorClass = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };

export interface Camera {
  stop(): void;
  /** Switch the light; undefined where the phone has none. */
  torch?: () => Promise<void>;
}

/** Open the camera behind the phone and call back with each QR code seen. Throws where there is none. */
export async function open(video: HTMLVideoElement, seen: (text: string) => void): Promise<Camera> {
  const detector = await nativeDetector();
  return detector ? withNative(video, detector, seen) : withPackage(video, seen);
}

async function nativeDetector(): Promise<Detector | null> {
  const kind = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (!kind) return null;
  const formats = await kind.getSupportedFormats().catch(() => [] as string[]);
  return formats.includes("qr_code") ? new kind({ formats: ["qr_code"] }) : null;
}

async function withNative(video: HTMLVideoElement, detector: Detector, seen: (text: string) => void): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  video.srcObject = stream;
  await video.play();
  const watch = setInterval(async () => {
    const [code] = await detector.detect(video).catch(() => []);
    if (code) seen(code.rawValue);
  }, 150);
  const [track] = stream.getVideoTracks();
  return {
    stop() {
      clearInterval(watch);
      stream.getTracks().forEach((one) => one.stop());
      video.srcObject = null;
    },
    torch: track && "torch" in track.getCapabilities() ? switcher(track) : undefined,
  };
}

function switcher(track: MediaStreamTrack): () => Promise<void> {
  let isOn = false;
  return () => track.applyConstraints({ advanced: [{ torch: (isOn = !isOn) } as MediaTrackConstraintSet] });
}

async function withPackage(video: HTMLVideoElement, seen: (text: string) => void): Promise<Camera> {
  const { default: QrScanner } = await import("qr-scanner");
  const scanner = new QrScanner(video, (result) => seen(result.data), { preferredCamera: "environment", returnDetailedScanResult: true });
  await scanner.start();
  const hasTorch = await scanner.hasFlash().catch(() => false);
  return { stop: () => scanner.destroy(), torch: hasTorch ? () => scanner.toggleFlash() : undefined };
}
