/** Ports on which this computer serves the machines; free, since each fleet has a bridge address of its own. */
export const BOT_API_PORT = 8081
export const REGISTRY_PORT = 8082
export const MODEL_API_PORT = 8083
